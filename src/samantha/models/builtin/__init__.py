"""The mind that needs no language model: attentive, brief, and true."""
