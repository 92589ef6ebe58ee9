"""A CKAN catalogue that answers by territory."""
