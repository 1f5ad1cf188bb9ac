/**
 * Holds the newest value per key until `schedule` fires, then delivers one batch. The caller brings the clock: main a
 * 100 ms timer, the renderer a paint, a test a stub. For state only; a trade or fill conflated is a trade lost.
 */
export function conflate<K, V>(
  keyOf: (value: V) => K,
  deliver: (batch: readonly V[]) => void,
  schedule: (flush: () => void) => void,
): (value: V) => void {
  const newest = new Map<K, V>()
  const flush = () => {
    const batch = [...newest.values()]
    newest.clear()
    deliver(batch)
  }
  return (value) => {
    if (newest.size === 0) schedule(flush)
    newest.set(keyOf(value), value)
  }
}
