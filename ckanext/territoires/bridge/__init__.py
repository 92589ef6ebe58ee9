"""CKAN seen from here: reference, index, search, labels, activity."""
