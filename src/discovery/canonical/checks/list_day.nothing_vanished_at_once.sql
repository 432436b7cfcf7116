-- No list lost more than a tenth of its entries at once; warning
SELECT kind, system, instance, mention, day, item_count, vanished_count
FROM canonical.list_day
WHERE is_complete AND NOT is_believed
