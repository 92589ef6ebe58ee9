"""What a true figure is: indicators, statuses, levels above the commune. Pure."""
