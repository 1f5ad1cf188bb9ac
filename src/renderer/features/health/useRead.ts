import { useRef, useState } from 'react'
import type { Reply } from '../../../shared/contract.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'

export interface Read<T> {
  /** The newest answer; null: none came yet. */
  readonly value: T | null
  /** In words, why the newest reading failed; null: it did not. */
  readonly problem: string | null
}

/** Asks anew every `everyMs` while it is looked at. A failure leaves what was read before, beside its problem. */
export function useRead<T>(
  ask: (api: ReturnType<typeof useStores>['api']) => Promise<Reply<T>>,
  everyMs: number,
): Read<T> {
  const { api } = useStores()
  const [read, setRead] = useState<Read<T>>({ value: null, problem: null })
  const newest = useRef(0)
  useOnLink(() => {
    const turn = ++newest.current
    void ask(api).then((reply) => {
      if (turn !== newest.current) return
      setRead((before) =>
        reply.ok ? { value: reply.value, problem: null } : { value: before.value, problem: reply.message },
      )
    })
  }, everyMs)
  return read
}
