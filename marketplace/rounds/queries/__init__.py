"""What rounds offer to a cart (`offers`), how they are set up (`setting`), what goes with a run (`runs`)."""
