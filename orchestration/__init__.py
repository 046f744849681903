"""zhengxin: lands, orchestrates, validates and shows the yearly scores; the method itself is SQL and seeds."""
