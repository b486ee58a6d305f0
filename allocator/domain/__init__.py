"""What is allocated and where: entities, vocabulary, policy, months and plans."""
