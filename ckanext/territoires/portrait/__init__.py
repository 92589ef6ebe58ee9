"""From figures to the portrait of a territory, one frozen document. Pure."""
