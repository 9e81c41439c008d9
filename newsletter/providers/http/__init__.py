"""HTTP mail APIs as Providers: `carry` hands over, each API is a dialect in a file of its own.

A new one is such a file, a line in the registry, and a fake that the contract suite runs against; see
docs/adding-a-provider.md.
"""
