// The text annotator of static/vendor was built for node's bundlers and asks for this by name.
window.process = {env: {NODE_ENV: 'production'}};
