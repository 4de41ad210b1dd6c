"""Who is hired: the written rule, who meets it, who was invited and agreed."""
