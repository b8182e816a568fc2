"""One sync, without the SDK: a pass over the days, for all streams together."""
