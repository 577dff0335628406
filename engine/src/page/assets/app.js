// Wires the Run page.
