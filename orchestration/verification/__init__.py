"""What people are to verify: the queue of the warehouse as a workbook that, filled in, lands as `verification`."""
