"""One file per promise of the product: GraphQL in, jobs drained, GraphQL out."""
