"""Forty partners with forty kinds of web site, some of them failing in every way there is."""
