/** A layout as a file to give away, and back. */
import { z } from 'zod'
import { firstProblem, Layout, presetNames } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import { type DeskState, freeName } from '../../stores/desk.ts'
import { downloadText } from '../../ui/download.ts'
import { paneKinds } from './panes.tsx'

const t = textsOf('workspace')

const LayoutText = z.strictObject({ crossbook: z.literal('layout'), version: z.literal(1), layout: Layout })

/** A preset goes under another name, since no layout of a user's has its. */
export const layoutText = ({ name, desk }: Layout): string =>
  `${JSON.stringify({ crossbook: 'layout', version: 1, layout: { name: freeName(name, presetNames), desk } }, null, 2)}\n`

/** Hands the user the desk as it stands, as a file. */
export function exportLayout({ name, desk }: Pick<DeskState, 'name' | 'desk'>): void {
  const layout = { name: name ?? 'Desk', desk }
  const word = layout.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  downloadText(`crossbook-layout-${word}.json`, 'application/json', layoutText(layout))
}

export type LayoutReading = { readonly layout: Layout } | { readonly problem: string }

/** `problem` names the field, what is right, and the value. */
export function readLayoutText(text: string): LayoutReading {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problem: t('import.noJson', { problem: error instanceof Error ? error.message : String(error) }) }
  }
  const parsed = LayoutText.safeParse(json)
  if (!parsed.success) return { problem: firstProblem(parsed.error, json) }
  const { layout } = parsed.data
  const kinds = Object.keys(paneKinds)
  const strange = layout.desk.panes.findIndex(({ kind }) => !kinds.includes(kind))
  if (strange < 0) return { layout }
  const field = `layout.desk.panes.${strange}.kind`
  const found = JSON.stringify(layout.desk.panes[strange]?.kind)
  return { problem: t('import.unknownKind', { field, kinds: kinds.join(', '), found }) }
}
