import { useEffect, useRef, useState } from 'react'

type DockEvent = (listener: () => void) => { dispose(): void }

/** What `read` says now and after each such event of the docking library. */
export function useDockState<T>(event: DockEvent, read: () => T): T {
  const [value, setValue] = useState(read)
  const current = useRef(read)
  current.current = read
  useEffect(() => {
    setValue(current.current())
    const subscription = event(() => setValue(current.current()))
    return () => subscription.dispose()
  }, [event])
  return value
}
