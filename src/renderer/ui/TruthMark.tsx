import type { Truth } from '../../shared/domain/index.ts'
import { truthWords } from '../format/truth-words.ts'
import { StateMark } from './StateMark.tsx'

interface TruthMarkProps {
  readonly truth: Truth
  /** In words, why it is not live. */
  readonly reason: string
  /** Says also that all is well; else nothing then. */
  readonly always?: boolean
}

/** `◐ stale`; the reason on hover, and read out. */
export function TruthMark({ truth, reason, always = false }: TruthMarkProps) {
  if (truth === 'live' && !always) return null
  const { text, tone, hint } = truthWords[truth]
  return (
    <span
      className={tone === 'good' ? 'text-muted' : tone === 'bad' ? 'text-down' : 'text-warn'}
      title={reason === '' ? hint : reason}
      data-truth={truth}
    >
      <StateMark tone={tone} /> {text}
      {truth !== 'live' && <span className="sr-only">: {reason === '' ? hint : reason}</span>}
    </span>
  )
}
