"""What every page stands on: access marks, forms, error pages, filters, security headers, language, page cache."""
