"""What large arrays use of the machine: its cores, and memory that is free again."""
