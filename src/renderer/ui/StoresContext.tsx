import { createContext, useContext } from 'react'
import type { Stores } from '../stores/index.ts'

const Context = createContext<Stores | null>(null)
export const StoresProvider = Context.Provider

export function useStores(): Stores {
  const stores = useContext(Context)
  if (!stores) throw new Error('a component outside of StoresProvider')
  return stores
}
