"""The public plane: OpenAI's API with personal data concealed on the way in and restored on the way out."""
