"""Which genes changed their partners between two conditions."""
