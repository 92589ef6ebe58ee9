"""The looks of a site of the French State: its design system dressed over CKAN's own pages."""
