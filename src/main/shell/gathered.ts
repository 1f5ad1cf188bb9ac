/** The first at once; what follows within the time is told together at its end. */
export function gathered<T>(withinMs: number, tell: (items: readonly T[]) => void): (item: T) => void {
  let waiting: T[] = []
  let timer: NodeJS.Timeout | null = null
  const settle = (): void => {
    const items = waiting
    waiting = []
    timer = items.length > 0 ? setTimeout(settle, withinMs) : null
    if (items.length > 0) tell(items)
  }
  return (item) => {
    if (timer !== null) {
      waiting.push(item)
      return
    }
    timer = setTimeout(settle, withinMs)
    tell([item])
  }
}
