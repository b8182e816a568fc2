"""The contract of the Analytics API, as its documentation has it, without any I/O."""
