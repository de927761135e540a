"""Named queries over results: pages, filters, orders, and the causes behind what needs attention."""
