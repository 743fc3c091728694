"""Works in spreadsheets, one share to a row: templates, filled sheets, an answer to each row."""
