"""The pages: templates, own styles and scripts, and published libraries that a build fetches."""
