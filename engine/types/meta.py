"""Where an artifact carries its facts."""

META = "geneweave"  # the key of `uns` under which they are, as JSON
