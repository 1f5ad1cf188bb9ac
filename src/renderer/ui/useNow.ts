import { useEffect, useState } from 'react'

/** The time, epoch ms, anew every `everyMs`; for countdowns and durations. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
