import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Instrument } from '../../shared/domain/index.ts'
import type { ShownBook, ShownSeries } from '../stores/view.ts'
import { useStores } from './StoresContext.tsx'

/** Asks the hub for pushes of these candles while the component is there. Returns those that it does not get: the window shows as much as it may. */
export function useShownKlines(klines: readonly ShownSeries[]): readonly ShownSeries[] {
  const { view } = useStores()
  const [owner] = useState(() => view.open())
  useEffect(() => owner.setKlines(klines), [owner, klines])
  useEffect(() => () => owner.close(), [owner])
  return useStore(owner.leftOut, (leftOut) => leftOut.klines)
}

/**
 * Asks the hub for pushes of these instruments' order books, as deep as `levels` of each side, and keeps them in the books store
 * while the component is there; deeper ones come where another part of the window asks for more. Returns those that it does not get.
 */
export function useShownBooks(instruments: readonly Instrument[], levels: number): readonly ShownBook[] {
  const { view, books } = useStores()
  const [owner] = useState(() => view.open())
  useEffect(() => {
    owner.setBooks(instruments.map(({ key }) => ({ instrument: key, levels })))
  }, [owner, instruments, levels])
  useEffect(() => () => owner.close(), [owner])
  const leftOut = useStore(owner.leftOut, (state) => state.books)
  // What does not come any more must not stand there as if it did.
  useEffect(() => {
    const heard = instruments.filter(({ key }) => !leftOut.some(({ instrument }) => instrument === key))
    return books.getState().hold(heard.map(({ id }) => id))
  }, [books, instruments, leftOut])
  return leftOut
}
