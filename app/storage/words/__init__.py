"""What was told of weeks and months, and the aggregates that it rests on."""
