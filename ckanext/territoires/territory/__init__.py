"""Territories: identifiers, the reference of a country, its history, its outlines.

The lowest room: imports nothing of CKAN nor of the other rooms, and reads only its packaged tables
or a folder of the same format.
"""
