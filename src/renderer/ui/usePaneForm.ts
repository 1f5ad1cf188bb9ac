import { useCallback, useMemo, useState } from 'react'
import { z } from 'zod'
import { emptyForm, type FilterForm } from './filter-form.ts'
import { usePaneState } from './usePaneState.ts'

const Kept = z.object({
  text: z.string(),
  exchange: z.string(),
  side: z.enum(['', 'BUY', 'SELL']),
  fromDay: z.string(),
  toDay: z.string(),
})
const { account: noAccount, ...emptyKept } = emptyForm

/** The filters of a list. In a pane its layout has them but for the account, so that a file to give away names none. */
export function usePaneForm(name: string): readonly [FilterForm, (form: FilterForm) => void] {
  const [kept, keep] = usePaneState(name, Kept, emptyKept)
  const [account, setAccount] = useState(noAccount)
  const form = useMemo(() => ({ ...kept, account }), [kept, account])
  const change = useCallback(
    ({ account: next, ...others }: FilterForm) => {
      setAccount(next)
      keep(others)
    },
    [keep],
  )
  return [form, change]
}
