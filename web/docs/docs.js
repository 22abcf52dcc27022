// Shows openapi.yaml with Swagger UI. Without Swagger UI the page keeps its link to the document.
if (window.SwaggerUIBundle) {
  SwaggerUIBundle({
    url: "/api/v1/openapi.yaml",
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    // The validator of Swagger UI is an outside host.
    validatorUrl: null,
    persistAuthorization: false,
  });
}
