"""Tasks as arrays, propagation, knapsacks and compiled kernels."""
