// Wires what all pages have: where we are, and whether what is shown is news.
