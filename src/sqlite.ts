/** The door `rekindle/sqlite`: read models in a SQLite database. */
export { type SqliteViews, sqliteViews } from "./sqlite/sqlite-views.ts";
