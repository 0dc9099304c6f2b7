"""What the html report is made of beside its text: the style sheet, the script, and the data the script draws from."""
