module outages

go 1.22
