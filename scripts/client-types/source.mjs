// What the generator reads of the API: the table, the document, and the words and examples of both.
export { customerFields } from "../../api/src/endpoints/customer-fields.ts";
export { basePath, permissions, requiredPermission } from "../../api/src/endpoint.ts";
export { customTypes } from "../../api/src/endpoints/custom-field.ts";
export { ticketStatuses } from "../../api/src/endpoints/ticket.ts";
export { timelineFields, timelineItemTypes } from "../../api/src/endpoints/timeline.ts";
export { eventFields, eventTypes } from "../../api/src/endpoints/webhook-event.ts";
export { codes } from "../../api/src/error.ts";
export { openapi } from "../../api/src/openapi/document.ts";
export { exampleFields, exampleOf } from "../../api/src/openapi/examples.ts";
export { fieldsOf } from "../../api/src/openapi/field-list.ts";
export { codeTexts, tagTexts } from "../../api/src/openapi/text.ts";
export { eventDescriptions } from "../../api/src/openapi/webhooks.ts";
export { outcomes } from "../../api/src/page.ts";
export { rows } from "../../api/src/table.ts";
export { wireName } from "../../api/src/wire/encode.ts";
