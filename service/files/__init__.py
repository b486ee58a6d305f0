"""Files from outside: each is read in a process of its own that is limited in memory, time and what it may do."""
