import { Command } from 'cmdk'
import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { Layout } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import type { Place } from '../../stores/desk.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, Segmented, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { itemClass } from '../shell/palette-classes.ts'
import { readLayoutText } from './layoutFile.ts'
import { paneKinds } from './panes.tsx'

const t = textsOf('workspace')

export function DeskDialogs() {
  const { desk } = useStores()
  const dialog = useStore(desk, (state) => state.dialog)
  const { show, remove, saveAs, rename, name, layouts } = desk.getState()
  const close = () => show(null)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'add':
      return <AddPane place={dialog.place} onClose={close} />
    case 'saveAs':
      return (
        <NameLayout
          title={t('name.save')}
          first=""
          taken={layouts.map((one) => one.name)}
          save={saveAs}
          onClose={close}
        />
      )
    case 'rename':
      return (
        <NameLayout
          title={t('name.rename', { name: dialog.name })}
          first={dialog.name}
          taken={layouts.map((one) => one.name).filter((one) => one !== dialog.name)}
          save={(next) => rename(dialog.name, next)}
          onClose={close}
        />
      )
    case 'remove':
      return (
        <ConfirmDialog
          title={t('remove.title', { name: dialog.name })}
          confirmText={t('remove.confirm')}
          cancelText={t('remove.cancel')}
          testId="remove-layout"
          confirm={() => remove(dialog.name)}
          onClose={close}
        >
          <p>
            {t('remove.why')} {name === dialog.name && t('remove.standing')}
          </p>
        </ConfirmDialog>
      )
    case 'import':
      return <ImportLayout onClose={close} />
  }
}

function ImportLayout({ onClose }: { readonly onClose: () => void }) {
  const id = useId()
  const { desk } = useStores()
  const [problem, setProblem] = useState<string | null>(null)
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    const reading = readLayoutText(await file.text())
    const refused = 'problem' in reading ? reading.problem : await desk.getState().add(reading.layout)
    if (refused === null) onClose()
    else setProblem(refused)
  }
  return (
    <Dialog label={t('import.title')} onClose={onClose} className="w-[34rem]" testId="import-layout">
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">{t('import.title')}</h2>
        <label htmlFor={id}>{t('import.file')}</label>
        <input
          id={id}
          type="file"
          data-autofocus
          accept="application/json,.json"
          data-testid="layout-file"
          className="file:mr-3 file:h-7 file:rounded file:border file:border-line file:bg-raised file:px-2.5 file:text-text"
          onChange={({ target }) => {
            void read(target.files?.[0])
            // The same file may be chosen again.
            target.value = ''
          }}
        />
        {problem !== null && (
          <p role="alert" data-testid="not-imported" className="break-words text-down select-text">
            {t('import.refused', { problem })}
          </p>
        )}
        <div className="flex justify-end">
          <Button onClick={onClose}>{t('import.close')}</Button>
        </div>
      </div>
    </Dialog>
  )
}

interface NameLayoutProps {
  readonly title: string
  readonly first: string
  readonly taken: readonly string[]
  save(name: string): Promise<string | null>
  onClose(): void
}

function NameLayout({ title, first, taken, save, onClose }: NameLayoutProps) {
  const id = useId()
  const [text, setText] = useState(first)
  const [problem, setProblem] = useState<string | null>(null)
  const name = text.trim()
  const isTaken = taken.includes(name)
  const run = async () => {
    const parsed = Layout.shape.name.safeParse(name)
    if (!parsed.success)
      return setProblem(
        name === '' ? t('name.missing') : t('name.refused', { name, problem: parsed.error.issues[0]?.message }),
      )
    const refused = await save(name)
    if (refused === null) onClose()
    else setProblem(refused)
  }
  return (
    <Dialog label={title} onClose={onClose} className="w-[26rem]" testId="name-layout">
      <form
        className="flex flex-col gap-3 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <h2 className="text-base font-semibold text-strong">{title}</h2>
        <label htmlFor={id}>{t('name.label')}</label>
        <TextField
          id={id}
          data-autofocus
          data-testid="layout-name"
          maxLength={60}
          value={text}
          aria-invalid={problem !== null}
          onChange={(event) => {
            setText(event.target.value)
            setProblem(null)
          }}
        />
        {problem !== null && (
          <p role="alert" className="text-down">
            {problem}
          </p>
        )}
        {isTaken && problem === null && <p className="text-warn">{t('name.taken')}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('name.cancel')}</Button>
          <Button kind="primary" type="submit" data-testid="layout-name-save">
            {t(isTaken ? 'name.replace' : 'name.confirm')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const places = [
  { value: 'tab', text: t('add.tab') },
  { value: 'right', text: t('add.right') },
  { value: 'below', text: t('add.below') },
] as const

function AddPane({ place: first, onClose }: { readonly place: Place; onClose(): void }) {
  const { desk } = useStores()
  const [place, setPlace] = useState<Place>(first)
  const add = (kind: string) => {
    onClose()
    desk.getState().control?.add(kind, place)
  }
  return (
    <Dialog label={t('add.title')} onClose={onClose} className="w-[30rem] overflow-hidden" testId="add-pane">
      <Command label={t('add.panes')} loop>
        <Command.Input
          data-autofocus
          placeholder={t('add.search')}
          className="h-11 w-full border-b border-line bg-transparent px-4 text-sm outline-none select-text"
        />
        <div className="flex items-center gap-2 border-b border-line px-4 py-2">
          <Segmented<Place> label={t('add.where')} value={place} options={places} onChange={setPlace} />
          <span className="text-2xs text-muted">{t('add.ofPane')}</span>
        </div>
        <Command.List className="max-h-[50vh] overflow-y-auto p-2">
          <Command.Empty className="p-4 text-center text-muted">{t('add.none')}</Command.Empty>
          {Object.entries(paneKinds).map(([kind, { title, about }]) => (
            <Command.Item key={kind} value={`${title} ${about}`} className={itemClass} onSelect={() => add(kind)}>
              {title}
              <span className="text-2xs text-muted">{about}</span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  )
}
