/** Sounds of the trader's rules, made by the page itself. Of several windows one plays: whoever holds the lock. */
import type { AlertSound } from '../../../shared/alert-rules.ts'
import { textsOf } from '../../i18n.ts'
import type { Stores } from '../../stores/index.ts'

const t = textsOf('alerts')

/** One tone: frequency in Hz, when it begins and how long it lasts, seconds. */
interface Tone {
  readonly frequency: number
  readonly at: number
  readonly length: number
}

const tones: Readonly<Record<Exclude<AlertSound, 'none'>, readonly Tone[]>> = {
  chime: [
    { frequency: 659, at: 0, length: 0.35 },
    { frequency: 880, at: 0.18, length: 0.5 },
  ],
  ping: [{ frequency: 1_175, at: 0, length: 0.25 }],
  alarm: [0, 0.22, 0.44, 0.66].map((at, i) => ({ frequency: i % 2 === 0 ? 740 : 988, at, length: 0.18 })),
}
const loudness = 0.2
const attackSeconds = 0.01
const lockName = 'crossbook alert sounds'
/** Several rules that fire together are one sound. */
const apartMs = 400

let context: AudioContext | null = null

/** Rejects where the browser does not let a page make sounds before it was clicked. */
export async function playSound(sound: AlertSound): Promise<void> {
  if (sound === 'none') return
  context ??= new AudioContext()
  if (context.state === 'suspended') await context.resume()
  for (const { frequency, at, length } of tones[sound]) {
    const begin = context.currentTime + at
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency })
    const gain = new GainNode(context, { gain: 0 })
    // Without a ramp at either end it clicks.
    gain.gain.setValueAtTime(0, begin)
    gain.gain.linearRampToValueAtTime(loudness, begin + attackSeconds)
    gain.gain.exponentialRampToValueAtTime(0.001, begin + length)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(begin)
    oscillator.stop(begin + length)
  }
}

/** Plays what fired rules ask for, for as long as the page lives. */
export function followAlertSounds({ api, settings, shell }: Stores): void {
  let mayPlay = false
  let playedAt = Number.NEGATIVE_INFINITY
  // The lock is kept until the page goes; then the next window gets it.
  const hold = () => {
    mayPlay = true
    return new Promise<void>(() => undefined)
  }
  navigator.locks.request(lockName, hold).catch(() => {
    // Where there are no locks, every window plays: better twice than not at all.
    mayPlay = true
  })
  api.on('alert.raised', ({ ruleId }) => {
    const rule = ruleId === null ? undefined : settings.getState().settings?.alerts.rules[ruleId]
    if (!mayPlay || rule === undefined || rule.sound === 'none') return
    const now = performance.now()
    if (now - playedAt < apartMs) return
    playedAt = now
    playSound(rule.sound).catch(() => shell.getState().tell(t('soundBlocked')))
  })
}
