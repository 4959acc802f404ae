"""What stands between a file that somebody brought and the readers: archives, links, claims, damage."""
