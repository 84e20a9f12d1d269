"""Files of spreadsheets: read with calamine and csv, written with XlsxWriter."""
