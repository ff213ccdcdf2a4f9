"""Pages for learners, for those they share with, and for anyone who holds a credential."""
