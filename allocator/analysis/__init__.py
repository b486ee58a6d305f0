"""Questions about a whole plan, one file each; every answer is data, found by solving the model anew."""
