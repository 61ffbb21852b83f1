"""What a desk is: its words and its rules, without input, output or a loop."""
