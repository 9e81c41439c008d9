"""Scripts that make files of this repository from others' data. Nothing here runs in the product."""
