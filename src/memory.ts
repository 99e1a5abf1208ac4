/** The door `rekindle/memory`: a storage that ends with the process. */
export { memoryStorage } from "./memory/storage.ts";
