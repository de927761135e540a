"""Programs for those who work on the repository; the product needs none of them."""
