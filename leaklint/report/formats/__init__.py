"""The output formats, one file each: `render(report: Report, options: Options) -> str`."""
